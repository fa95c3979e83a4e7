"""The second factor of staff: the guard of the back office, and the pages that ask for a code and set it up."""
