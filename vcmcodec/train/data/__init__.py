"""What training learns from: folders of faces, and packs of what decoders see of them."""
