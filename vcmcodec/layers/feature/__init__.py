"""Feature layer: who is in the picture, as a quantised face embedding (spec/FORMAT.md, section "Feature
layer")."""
