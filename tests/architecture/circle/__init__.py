"""Words for causes that name each other as their neighbours."""
