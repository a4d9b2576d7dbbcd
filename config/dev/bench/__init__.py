"""The project's own benchmarks: each figure beside the floor measured in the same run."""
