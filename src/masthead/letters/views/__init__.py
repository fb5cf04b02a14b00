"""The doors of letters: the mailbox of a trial, stopping letters, the words in the console."""
