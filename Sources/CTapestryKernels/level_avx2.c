// The kernels for AVX2 with FMA.
#include "level_prefix.h"

#if defined(__x86_64__)

#define LEVEL TAP_AVX2
#define LEVEL_NAME "avx2"
#define LEVEL_TABLE tap_table_avx2
#define LEVEL_VECTOR_BYTES 32
#define LEVEL_DOT_ROWS 6
#define LEVEL_ROUNDS 1
#define LEVEL_SCALES 0

TAP_PRIVATE extern const tap_table LEVEL_TABLE;

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "body/level.inc"
#pragma clang attribute pop

#endif
