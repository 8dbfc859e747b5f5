"""The compiler's pure stages, one verb a file. The same bytes in give the same bytes out: no clock, no file, no process."""
