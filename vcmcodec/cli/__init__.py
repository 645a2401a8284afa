"""The command ``vcm``: one module per verb.

Starting it loads neither OpenCV nor onnxruntime: each verb imports what it needs when it runs.
"""

from vcmcodec.cli.app import main

__all__ = ["main"]
