// The kernels for what every machine of the architecture has: SSE2 or NEON.
#include "level_prefix.h"

#define LEVEL TAP_BASELINE
#define LEVEL_NAME "baseline"
#define LEVEL_TABLE tap_table_baseline
#define LEVEL_VECTOR_BYTES 16
#if defined(__aarch64__)
#define LEVEL_DOT_ROWS 14
#define LEVEL_ROUNDS 1
#else
#define LEVEL_DOT_ROWS 6
#define LEVEL_ROUNDS 0
#endif
#define LEVEL_SCALES 0

TAP_PRIVATE extern const tap_table LEVEL_TABLE;

#include "body/level.inc"
