"""The codec over HTTP, for one machine: ``vcm serve``. Needs the extra ``serve``."""
