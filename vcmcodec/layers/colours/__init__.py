"""Enhancement layers: colours of reference pixels (spec/FORMAT.md, section "Colour layer")."""
