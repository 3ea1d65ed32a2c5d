import pandas as pd

COLUMNS = ["Hospital", "Diagnosis", "Treatment", "Recovery Time"]
GROUP = ["Hospital", "Diagnosis"]
CHUNK = 250_000  # rows in memory at a time; more are no faster


def reduce(body, whole=False):
    """Returns (hospital, diagnosis, mean, mode) of each group, and the number of rows.

    Whole has all of the file in memory at once, instead of some rows at a time.
    """
    reader = pd.read_csv(
        body,
        usecols=COLUMNS,
        dtype={
            "Hospital": "category",
            "Diagnosis": "category",
            "Treatment": "category",
            "Recovery Time": "float64",
        },
        keep_default_na=False,
        chunksize=None if whole else CHUNK,
    )
    counts = pd.concat([count(chunk) for chunk in ([reader] if whole else reader)])
    counts = counts.groupby([*GROUP, "Treatment"], as_index=False, observed=True).sum()
    # Of the most frequent treatments the first in byte order.
    ordered = counts.sort_values(["rows", "Treatment"], ascending=[False, True])
    groups = ordered.groupby(GROUP, as_index=False, observed=True).agg(
        rows=("rows", "sum"), days=("days", "sum"), mode=("Treatment", "first")
    )
    means = (groups["days"] / groups["rows"]).tolist()
    found = zip(groups["Hospital"], groups["Diagnosis"], means, groups["mode"])
    return list(found), int(counts["rows"].sum())


def count(chunk):
    """How often each treatment of each group occurs, and its days."""
    if chunk.isna().any(axis=None):  # pandas fills a row that is too short
        raise ValueError("a row without all its fields")
    by = chunk.groupby([*GROUP, "Treatment"], observed=True)["Recovery Time"]
    counts = by.agg(rows="size", days="sum").reset_index()
    return counts.astype({name: "str" for name in [*GROUP, "Treatment"]})
