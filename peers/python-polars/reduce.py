import io

import polars as pl

COLUMNS = ["Hospital", "Diagnosis", "Treatment", "Recovery Time"]
GROUP = ["Hospital", "Diagnosis"]
CHUNK = 8 << 20  # bytes in memory at a time


def chunks(body):
    """Yields whole records, the header before each chunk of them."""
    header, rest = None, b""
    while block := body.read(CHUNK):
        data = rest + block
        end = data.rfind(b"\n") + 1
        while end and data.count(b'"', 0, end) % 2:  # a line break between quotes
            end = data.rfind(b"\n", 0, end - 1) + 1
        if header is None and end:
            header = data[: data.index(b"\n") + 1]
            yield data[:end]
        elif end:
            yield header + data[:end]
        rest = data[end:]
    if rest:
        yield (header or b"") + rest


def reduce(body, whole=False):
    """Returns (hospital, diagnosis, mean, mode) of each group, and the number of rows.

    Whole has all of the file in memory at once, instead of some records at a time.
    """
    parts = [count(chunk) for chunk in ([body.read()] if whole else chunks(body))]
    counts = pl.concat(parts).group_by(*GROUP, "Treatment").agg(pl.sum("rows", "days"))
    groups = (
        # Of the most frequent treatments the first in byte order.
        counts.sort(["rows", "Treatment"], descending=[True, False])
        .group_by(GROUP)
        .agg(
            mean=pl.sum("days") / pl.sum("rows"),
            mode=pl.first("Treatment"),
        )
    )
    return groups.rows(), counts["rows"].sum()


def count(chunk):
    """How often each treatment of each group occurs, and its days."""
    frame = pl.read_csv(
        io.BytesIO(chunk),
        columns=COLUMNS,
        schema_overrides={
            "Hospital": pl.String,
            "Diagnosis": pl.String,
            "Treatment": pl.String,
            "Recovery Time": pl.Float64,
        },
        empty_string_is_null=False,
    )
    # polars makes a row of a blank line, and fills one that is too short.
    if frame["Recovery Time"].null_count():
        blank = pl.col("Recovery Time").is_null() & (pl.concat_str(GROUP) == "")
        frame = frame.filter(~blank)
        if frame["Recovery Time"].null_count():
            raise ValueError("a row without a recovery time")
    return frame.group_by(*GROUP, "Treatment").agg(
        rows=pl.len().cast(pl.Int64), days=pl.sum("Recovery Time")
    )
