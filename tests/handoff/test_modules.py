"""The console's browser modules by themselves, where Node is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCENES = Path(__file__).parent / "modules.test.js"


def test_the_modules_that_need_no_page() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is missing: apt-get install nodejs")
    done = subprocess.run([node, "--test", SCENES], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
