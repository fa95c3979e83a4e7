"""What staff see on the first page of the admin: how trade goes, what runs low, and the state behind the pages."""
