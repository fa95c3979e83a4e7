"""Whether one revision costs more CPU than another: `make bench-ab A=<revision> B=<revision>`; docs/performance.md.

Only CPU is compared, by the kernel's clock of each process. How fast a processor is changes within a second on a
shared machine, so the two shops run at the same time, on one processor, and are asked in turn, call by call: A B B A.

And a process keeps its luck for life: where its memory lies alone makes it some per cent faster or slower than another
of the same code. (Mytkowicz and others, "Producing wrong data without doing anything obviously wrong", ASPLOS 2009.)
So both are started again and again, each time from the same tables, and the interval is one over starts, as there are
levels of repetition and the highest that varies is what counts. (Kalibera and Jones, "Rigorous benchmarking in
reasonable time", ISMM 2013.)
"""
