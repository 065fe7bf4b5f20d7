"""Crawls on datatrove, by the functions of the single-machine programs. Needs the extra `crawl`.

`khabar.crawl.stages` makes and runs the stages, `khabar.crawl.summary` counts what they wrote.
"""
