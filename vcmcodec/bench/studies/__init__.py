"""Studies: one question about the codec each, answered on folders of faces beside its bars."""
