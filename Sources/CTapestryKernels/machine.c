// What touches the machine's state: floating-point mode, the waiting hint, memory, and the fault record threads share.
#include "tapestry_kernels.h"

#include <stdlib.h>

#if defined(__x86_64__)
#include <immintrin.h>

// Round to nearest, all exceptions masked, subnormals kept.
uint64_t tap_enter_float_mode(void) {
  uint64_t saved = _mm_getcsr();
  _mm_setcsr(0x1f80);
  return saved;
}

void tap_leave_float_mode(uint64_t saved) { _mm_setcsr((unsigned)saved); }

void tap_pause(void) { _mm_pause(); }

#elif defined(__aarch64__)

uint64_t tap_enter_float_mode(void) {
  uint64_t saved;
  __asm__ volatile("mrs %0, fpcr" : "=r"(saved));
  __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0));
  return saved;
}

void tap_leave_float_mode(uint64_t saved) { __asm__ volatile("msr fpcr, %0" : : "r"(saved)); }

void tap_pause(void) { __asm__ volatile("yield"); }

#else

uint64_t tap_enter_float_mode(void) { return 0; }

void tap_leave_float_mode(uint64_t saved) { (void)saved; }

void tap_pause(void) {}

#endif

// The address `calloc` gave stands just before the block.
void *tap_allocate_zeroed(size_t bytes) {
  if (bytes > SIZE_MAX - 64 - sizeof(void *)) return NULL;
  void *whole = calloc(1, bytes + 64 + sizeof(void *));
  if (whole == NULL) return NULL;
  void **block = (void **)(((uintptr_t)whole + sizeof(void *) + 63) & ~(uintptr_t)63);
  block[-1] = whole;
  return block;
}

void tap_free_zeroed(void *memory) { free(((void **)memory)[-1]); }

void tap_fault_reset(tap_fault *fault) { __atomic_store_n(&fault->code, 0, __ATOMIC_RELEASE); }

int32_t tap_fault_code(const tap_fault *fault) { return __atomic_load_n(&fault->code, __ATOMIC_ACQUIRE); }
