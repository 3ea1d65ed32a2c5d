import pandas as pd

COLUMNS = ["Hospital", "Diagnosis", "Treatment", "Recovery Time"]
GROUP = ["Hospital", "Diagnosis"]
CHUNK = 100_000  # rows in memory at a time


def reduce(body):
    """Returns (hospital, diagnosis, mean, mode) of each group, and the number of rows."""
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
        chunksize=CHUNK,
    )
    counts = pd.concat([count(chunk) for chunk in reader])
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
    by = chunk.groupby([*GROUP, "Treatment"], observed=True)["Recovery Time"]
    counts = by.agg(rows="size", days="sum").reset_index()
    return counts.astype({name: "str" for name in [*GROUP, "Treatment"]})
