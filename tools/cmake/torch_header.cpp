// Exists so that its target owns the precompiled header of LibTorch, which the others reuse.
