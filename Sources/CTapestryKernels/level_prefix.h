// What the bodies of all levels include; it must be seen before any function attribute is pushed.
#ifndef TAPESTRY_LEVEL_PREFIX_H
#define TAPESTRY_LEVEL_PREFIX_H

#include "tile_program.h"

#include <math.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A loop marked as vectorisable may fail to be under a sanitizer or coverage; that is no error.
#pragma clang diagnostic ignored "-Wpass-failed"
// Blocks of vectors are passed to inlined functions only.
#pragma clang diagnostic ignored "-Wpsabi"

#endif
