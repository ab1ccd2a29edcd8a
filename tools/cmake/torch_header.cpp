// Exists so that its target owns the precompiled header of torch/torch.h, which the others reuse.
