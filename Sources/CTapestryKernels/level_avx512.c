// The kernels for AVX-512 (F, BW, DQ, VL).
#include "level_prefix.h"

#if defined(__x86_64__)

#define LEVEL TAP_AVX512
#define LEVEL_NAME "avx512"
#define LEVEL_TABLE tap_table_avx512
#define LEVEL_VECTOR_BYTES 64
#define LEVEL_DOT_ROWS 14
#define LEVEL_ROUNDS 1
#define LEVEL_SCALES 1

TAP_PRIVATE extern const tap_table LEVEL_TABLE;

#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#include "body/level.inc"
#pragma clang attribute pop

#endif
