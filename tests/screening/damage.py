"""What may happen to the files of a trained model on a disk."""

from __future__ import annotations

from pathlib import Path


def flipped(folder: Path) -> None:
    """One bit is not as it was."""
    file = folder / "weights.npz"
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)


def cut_off(folder: Path) -> None:
    """The disk was full."""
    file = folder / "weights.npz"
    file.write_bytes(file.read_bytes()[:1000])


def without_weights(folder: Path) -> None:
    """One file is not there."""
    (folder / "weights.npz").unlink()
