"""All benchmarks one after another: `make bench`. They print figures and never fail on time."""

from __future__ import annotations

import argparse
import platform

import psutil

from tests.bench import bench_bot, bench_house, bench_screening, bot_turns

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--soak", default="5000", help="turns of the bot's soak; 50000 is the whole (%(default)s)")
    soak = parser.parse_args().soak
    memory = psutil.virtual_memory().total / 2**30
    print(f"{psutil.cpu_count()} processors, {memory:.0f} GiB, Python {platform.python_version()}", flush=True)
    bench_screening.main()
    bench_house.main([])
    bench_bot.main([])
    bot_turns.main(["--soak", soak])
