"""``python -m vcmcodec``: the same as ``vcm``."""

import sys

from vcmcodec.cli import main

sys.exit(main())
