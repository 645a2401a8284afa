"""Batches beyond one machine: files anywhere that fsspec reaches, work by dask.distributed. Needs the extra
``dask``."""
