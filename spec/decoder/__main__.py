"""Section 10: prints what a vector states: ``python -m decoder FILE.vcm``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from decoder import Failure, decode


def main() -> int:
    """Section 10: the hashes of a file, or the cause of its failure."""
    parser = argparse.ArgumentParser(
        prog="python -m decoder", description="Decode a vcm file up to E, M, C and T."
    )
    parser.add_argument("file", type=Path)
    try:
        decoded = decode(parser.parse_args().file.read_bytes())
    except Failure as failure:
        print(f"{failure.cause}: {failure}", file=sys.stderr)
        return 1
    for name, digest in decoded.digests().items():
        print(f"{name} {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
