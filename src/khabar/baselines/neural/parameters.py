"""What the neural tagger is built and trained with, chosen by cross-validation on train."""

WIDTH, DEPTH, PIECES = 64, 2, 3
EPOCHS, BATCH_WORDS, LEARN_RATE = 15, 150, 0.002
DROPOUT, FEATURE_DROPOUT, WEIGHT_DECAY = 0.3, 0.1, 0.02

SELDOM = 2
"""Occurrences in train below which a feature is left out: vectors of what is not learnt are noise."""

MEMBERS = 4
"""Networks of different seeds whose probabilities are averaged."""

PARAMETERS = {
    "width": WIDTH,
    "depth": DEPTH,
    "maxout_pieces": PIECES,
    "epochs": EPOCHS,
    "batch_words": BATCH_WORDS,
    "learn_rate": LEARN_RATE,
    "dropout": DROPOUT,
    "feature_dropout": FEATURE_DROPOUT,
    "weight_decay": WEIGHT_DECAY,
    "seldom": SELDOM,
    "members": MEMBERS,
}
