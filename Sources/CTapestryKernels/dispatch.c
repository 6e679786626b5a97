// The table of each instruction set, and which of them this machine runs.
#include "geometry.h"

#include <stdlib.h>
#include <string.h>

TAP_PRIVATE extern const tap_table tap_table_baseline;
#if defined(__x86_64__)
TAP_PRIVATE extern const tap_table tap_table_avx2;
TAP_PRIVATE extern const tap_table tap_table_avx512;
#endif

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

tap_level tap_best_level(void) {
  tap_level best = TAP_BASELINE;
  const char *wanted = getenv("TAPESTRY_LEVEL");
  for (int32_t level = TAP_BASELINE; level < TAP_LEVEL_COUNT; level++) {
    const tap_table *table = tap_table_of((tap_level)level);
    if (table == NULL) continue;
    best = (tap_level)level;
    if (wanted != NULL && strcmp(wanted, table->name) == 0) break;
  }
  return best;
}

void tap_run(const tap_table *table, tap_kernel kernel, const tap_call *call, int64_t begin, int64_t end) {
  table->run[kernel](call, begin, end);
}
