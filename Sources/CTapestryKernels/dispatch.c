// The table of each instruction set, and which of them this machine runs.
#include "geometry.h"

#include <stdlib.h>
#include <string.h>

TAP_PRIVATE extern const tap_table tap_table_baseline;
#if defined(__x86_64__)
TAP_PRIVATE extern const tap_table tap_table_avx2;
TAP_PRIVATE extern const tap_table tap_table_avx512;
#endif

static const char *const names[TAP_LEVEL_COUNT] = {"baseline", "avx2", "avx512"};

const tap_table *tap_table_of(tap_level level) {
#if defined(__x86_64__)
  if (level == TAP_AVX2 || level == TAP_AVX512) {
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (level == TAP_AVX2) return avx2 ? &tap_table_avx2 : NULL;
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return avx512 ? &tap_table_avx512 : NULL;
  }
#endif
  return level == TAP_BASELINE ? &tap_table_baseline : NULL;
}

tap_level tap_level_up_to(const char *name) {
  tap_level best = TAP_BASELINE;
  for (int32_t level = TAP_BASELINE; level < TAP_LEVEL_COUNT; level++) {
    const tap_table *table = tap_table_of((tap_level)level);
    if (table != NULL) best = (tap_level)level;
    if (name != NULL && strcmp(name, names[level]) == 0) break;
  }
  return best;
}

tap_level tap_best_level(void) { return tap_level_up_to(getenv("TAPESTRY_LEVEL")); }

void tap_run(const tap_table *table, tap_kernel kernel, const tap_call *call, int64_t begin, int64_t end) {
  table->run[kernel](call, begin, end);
}
