"""Find jobs and checkpoints on disk, and keep their tables in step with it."""
