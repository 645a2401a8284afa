"""Loss networks: what a machine sees in a picture, which the generator is trained to keep.

:mod:`vcmcodec.train.loss_networks.convert` turns the networks of others into one safetensors file,
:mod:`vcmcodec.train.loss_networks.networks` runs them from it.
"""
