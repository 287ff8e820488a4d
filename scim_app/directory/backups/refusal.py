"""What goes wrong with backups, as a sentence."""


class BackupRefused(ValueError):
    """A backup cannot be made, or what is in a file cannot be restored. Nothing was changed."""
