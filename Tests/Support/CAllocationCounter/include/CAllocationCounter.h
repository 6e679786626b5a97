// Counts calls of the C allocator on all threads of the process.
//
// On Linux with glibc the executable's own malloc, calloc, realloc, aligned_alloc, posix_memalign and memalign stand
// before the library's: each counts itself and goes on to the library's under its second name. On other platforms, and
// under a sanitizer, which stands there itself, nothing is counted and the tests that need the count are skipped.

#ifndef C_ALLOCATION_COUNTER_H
#define C_ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether calls are counted here.
bool allocation_counter_works(void);

/// The calls so far, on all threads.
int64_t allocation_count(void);

#endif
