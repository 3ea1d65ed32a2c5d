"""The job with DuckDB or polars, each on one thread and told the schema.

Prints what main.go prints: reader, file, seconds, rows, groups, digest; a line for each of
several runs. Importing is not counted.
"""

import hashlib
import os
import sys
import time

RUNS = 4  # as in main.go


def duckdb_reduce():
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    # Counting each treatment and taking the first of the most frequent is faster than
    # mode(), which does not say what it does with a tie.
    query = """
        WITH counts AS (
            SELECT Diagnosis, Hospital, Treatment, count(*) AS n, sum("Recovery Time") AS days
            FROM read_csv(?, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
                columns = {'Hospital': 'VARCHAR', 'Diagnosis': 'VARCHAR', 'Treatment': 'VARCHAR', 'Recovery Time': 'INTEGER'})
            GROUP BY ALL)
        SELECT Diagnosis, Hospital, first(Treatment ORDER BY n DESC, Treatment), sum(days) / sum(n), sum(n)
        FROM counts GROUP BY ALL"""
    return lambda path: connection.execute(query, [path]).fetchall()


def polars_reduce(engine):
    os.environ["POLARS_MAX_THREADS"] = "1"
    import polars as pl

    schema = {"Hospital": pl.String, "Diagnosis": pl.String, "Treatment": pl.String, "Recovery Time": pl.Int64}
    group = ["Diagnosis", "Hospital"]

    def reduce(path):
        counts = pl.scan_csv(path, schema=schema, low_memory=True).group_by(*group, "Treatment").agg(
            n=pl.len().cast(pl.Int64), days=pl.sum("Recovery Time"))
        groups = counts.sort(["n", "Treatment"], descending=[True, False]).group_by(group).agg(
            pl.first("Treatment"), mean=pl.sum("days") / pl.sum("n"), rows=pl.sum("n"))
        return groups.collect(engine=engine).rows()

    return reduce


READERS = {
    "duckdb": duckdb_reduce,
    "polars": lambda: polars_reduce("in-memory"),
    "polars-streaming": lambda: polars_reduce("streaming"),
}


def main(name, path):
    reduce = READERS[name]()
    for _ in range(RUNS):
        start = time.perf_counter()
        groups = reduce(path)
        took = time.perf_counter() - start
        digest = hashlib.sha256()
        for diagnosis, hospital, treatment, mean, rows in sorted(groups):
            digest.update(f"{diagnosis}\t{hospital}\t{mean:.12g}\t{treatment}\t{int(rows)}\n".encode())
        rows = sum(int(g[4]) for g in groups)
        print(name, os.path.basename(path), f"{took:.6f}", rows, len(groups), digest.hexdigest()[:16])


if __name__ == "__main__":
    if len(sys.argv) == 1:
        print(*READERS, sep="\n")
    else:
        main(*sys.argv[1:])
