"""All benchmarks one after another: `make bench`. They print figures and never fail on time."""

from __future__ import annotations

import platform

import psutil

from tests.bench import bench_bot, bench_house, bench_screening

if __name__ == "__main__":
    memory = psutil.virtual_memory().total / 2**30
    print(f"{psutil.cpu_count()} processors, {memory:.0f} GiB, Python {platform.python_version()}", flush=True)
    bench_screening.main()
    bench_house.main()
    bench_bot.main()
