"""Whether one revision costs more CPU than another: `make bench-ab A=<revision> B=<revision>`; docs/performance.md.

Only CPU is compared, by the kernel's clock of each process. On a shared machine the speed of a processor changes within
a second. So the two shops run at the same time, on one processor, and get requests in turn, call by call: A B B A.

The memory layout of a process, fixed at its start, makes it some per cent faster or slower than another of the same
code (Mytkowicz and others, "Producing wrong data without doing anything obviously wrong", ASPLOS 2009). So both shops
are started again and again, each time from the same tables. The interval is over starts: what counts is the highest
level of repetition that varies (Kalibera and Jones, "Rigorous benchmarking in reasonable time", ISMM 2013).
"""
