"""The release described in Croissant 1.0 (MLCommons), for tools that read datasets through it.

A record set is one split of one configuration; where a split has several files, it is read from the set of
them. Tags are whole numbers, as in the Parquet files; a field's
description names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from khabar.release.citation import Citation
from khabar.release.features import CONFIGS, Columns, Kind, Tags
from khabar.release.manifest import File
from khabar.release.withholding import LABELS

# The context every Croissant 1.0 file carries: https://docs.mlcommons.org/croissant/docs/croissant-spec.html
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_DATA_TYPES = {"string": "sc:Text", "int32": "sc:Integer", "bool": "sc:Boolean"}
_PARQUET = "application/x-parquet"  # mlcroissant 1.1.1 reads nothing under the IANA name
ANNOTATION_LICENCE = "CC-BY-4.0"


def croissant(
    described: Mapping[str, Columns],
    files: Mapping[str, Mapping[str, Mapping[str, File]]],
    citation: Citation,
    *,
    version: str,
    text_licences: Iterable[str],
    languages: Iterable[str],
    canary: str,
    held_out: str | None = None,
) -> dict[str, Any]:
    """The JSON-LD of the release. `files` gives the files of each configuration and split, by path.

    Of the split that is `held_out` the labels are not described: mlcroissant 1.1.1 gives a null list of
    structs as one struct of nulls.
    """
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": citation.title.split(":")[0],
        "description": f"{citation.abstract.strip()}\n\n{canary}",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "license": list(dict.fromkeys(map(_licence, [ANNOTATION_LICENCE, *text_licences]))),
        "creator": [{"@type": "sc:Organization", "name": name} for name in citation.creators],
        "datePublished": citation.released.isoformat(),
        "version": version,
        "inLanguage": list(languages),
        "keywords": citation.keywords,
        "citeAs": citation.bibtex(version),
        "distribution": [
            each
            for config, splits in files.items()
            for split, parts in splits.items()
            for each in _distribution(config, split, parts)
        ],
        "recordSet": [
            _record_set(
                config,
                split,
                _described(config, described[config], split == held_out),
                _where(config, split, parts),
            )
            for config, splits in files.items()
            for split, parts in splits.items()
        ],
    }


def _described(config: str, described: Columns, held_out: bool) -> Columns:
    labels = LABELS.get(config, ()) if held_out else ()
    return {name: kind for name, kind in described.items() if name not in labels}


def _licence(name: str) -> str:
    """The address of an SPDX licence; other terms, which have spaces, as they are."""
    return name if " " in name else f"https://spdx.org/licenses/{name}"


def _distribution(config: str, split: str, parts: Mapping[str, File]) -> list[dict[str, Any]]:
    """Every file with its digest; of several also the set of them, which has their rows in order."""
    objects = [_file_object(path, file) for path, file in parts.items()]
    return objects if len(parts) == 1 else [*objects, _file_set(config, split)]


def _file_set(config: str, split: str) -> dict[str, Any]:
    name = _set_name(config, split)
    return {
        "@type": "cr:FileSet",
        "@id": name,
        "name": name,
        "includes": f"{name}-*.parquet",
        "encodingFormat": _PARQUET,
    }


def _set_name(config: str, split: str) -> str:
    return f"data/{config}/{split}"


def _where(config: str, split: str, parts: Mapping[str, File]) -> dict[str, Any]:
    """What the fields of a split are read from."""
    if len(parts) == 1:
        return {"fileObject": {"@id": next(iter(parts))}}
    return {"fileSet": {"@id": _set_name(config, split)}}


def _file_object(path: str, file: File) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": _PARQUET,
        "sha256": file.sha256,
    }


def _record_set(config: str, split: str, described: Columns, where: dict[str, Any]) -> dict[str, Any]:
    name = f"{config}/{split}"
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"Split {split}; a row is {CONFIGS[config]}.",
        "key": {"@id": f"{name}/id"}
        if config != "passes"
        else [{"@id": f"{name}/{each}"} for each in ("id", "annotator")],
        "field": [_field(f"{name}/{column}", kind, where, column) for column, kind in described.items()],
    }


def _field(identifier: str, kind: Kind, where: dict[str, Any], column: str) -> dict[str, Any]:
    """A column. Of a list of structs every part is described but lists, as `_parts` says."""
    item = kind[0] if isinstance(kind, list) else kind
    made = _leaf(identifier, item, where, column)
    if isinstance(kind, list):
        made["repeated"] = True
    if isinstance(item, dict):
        parts = _parts(item)
        made["subField"] = [
            _leaf(f"{identifier}/{name.replace('.', '/')}", each, where, column, json_path=f"[*].{name}")
            for name, each in parts.items()
        ]
        if left_out := [name for name, each in item.items() if isinstance(each, list)]:
            made["description"] = (
                f"Also holds lists, to be read from the Parquet column: {', '.join(left_out)}"
            )
    return made


def _parts(struct: Columns) -> Columns:
    """The parts of a struct in a list, structs in it flattened to `name.part`, lists in it left out.

    mlcroissant 1.1.1 gives only the first item of a list inside a list, and says nothing.
    """
    parts: Columns = {}
    for name, kind in struct.items():
        if isinstance(kind, dict):
            parts |= {f"{name}.{part}": each for part, each in _parts(kind).items()}
        elif not isinstance(kind, list):
            parts[name] = kind
    return parts


def _leaf(
    identifier: str, kind: Kind, where: dict[str, Any], column: str, *, json_path: str = ""
) -> dict[str, Any]:
    source: dict[str, Any] = {**where, "extract": {"column": column}}
    if json_path:
        source["transform"] = {"jsonPath": json_path}
    made: dict[str, Any] = {"@type": "cr:Field", "@id": identifier, "name": identifier, "source": source}
    if isinstance(kind, Tags):
        made["dataType"] = "sc:Integer"
        made["description"] = ", ".join(f"{number}: {name}" for number, name in enumerate(kind.names))
    elif isinstance(kind, str):
        made["dataType"] = _DATA_TYPES[kind]
    return made
