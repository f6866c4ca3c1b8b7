"""Answers dashboards out of DuckDB: a question a line of JSON on standard input, an answer a line on standard output.

    serve.py DIRECTORY_OF_PARQUET_FILES THREADS

Each answer has the numbers, and the wall and CPU seconds that DuckDB and Python took for them.
"""

import json
import resource
import sys
import time
from pathlib import Path

import duckdb
import load
from dashboard import Dashboard


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def reply(message):
    print(json.dumps(message), flush=True)


def main():
    directory, threads = Path(sys.argv[1]), int(sys.argv[2])
    database = directory / "tables.duckdb"
    started = time.perf_counter()
    load.make(directory / "*.parquet", database, threads)
    connection = duckdb.connect(database, read_only=True)
    connection.execute(f"PRAGMA threads={threads}")
    reply({"version": duckdb.__version__, "load": time.perf_counter() - started})
    for line in sys.stdin:
        question = json.loads(line)
        wall, cpu = time.perf_counter(), cpu_seconds()
        numbers = Dashboard(connection, question).answer()
        wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
        reply({"wall": wall, "cpu": cpu, "numbers": numbers})


if __name__ == "__main__":
    main()
