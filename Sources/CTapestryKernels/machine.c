// What touches the machine's state: floating-point mode, the waiting hint, memory, and the fault record threads share.
#define _DEFAULT_SOURCE // for madvise
#include "tapestry_kernels.h"

#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#if defined(__x86_64__)
#include <immintrin.h>

// Round to nearest, all exceptions masked, subnormal results flushed.
uint64_t tap_enter_float_mode(void) {
  uint64_t saved = _mm_getcsr();
  _mm_setcsr(0x9f80);
  return saved;
}

void tap_leave_float_mode(uint64_t saved) { _mm_setcsr((unsigned)saved); }

void tap_pause(void) { _mm_pause(); }

#elif defined(__aarch64__)

// The same; subnormal operands are flushed, too.
uint64_t tap_enter_float_mode(void) {
  uint64_t saved;
  __asm__ volatile("mrs %0, fpcr" : "=r"(saved));
  __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)1 << 24));
  return saved;
}

void tap_leave_float_mode(uint64_t saved) { __asm__ volatile("msr fpcr, %0" : : "r"(saved)); }

void tap_pause(void) { __asm__ volatile("yield"); }

#else

uint64_t tap_enter_float_mode(void) { return 0; }

void tap_leave_float_mode(uint64_t saved) { (void)saved; }

void tap_pause(void) {}

#endif

// Large blocks begin at a huge page and ask for huge pages, where the system has them: a step then walks an arena of
// tens of megabytes without missing translations of addresses, and the first one faults 512 times less often. What is
// left over of a block gets a page of its own from half a page on. The address `calloc` gave stands just before the
// block. Every page is asked for at once: a page met one by one costs an exception, and one that is read before it is
// written, as a moment is that starts at zero, costs two and interrupts the other threads.
#define HUGE_PAGE ((size_t)2 << 20)
#define SMALL_PAGE ((size_t)4 << 10)
#define LEAST_POPULATED ((size_t)64 << 10)

void *tap_allocate_zeroed(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return NULL;
  size_t huge = (bytes + HUGE_PAGE / 2) / HUGE_PAGE * HUGE_PAGE, alignment = huge > 0 ? HUGE_PAGE : 64;
  void *whole = calloc(1, (huge > bytes ? huge : bytes) + alignment + sizeof(void *));
  if (whole == NULL) return NULL;
  void **block = (void **)(((uintptr_t)whole + sizeof(void *) + alignment - 1) & ~(alignment - 1));
  block[-1] = whole;
#if defined(__linux__)
  if (huge > 0) madvise(block, huge, MADV_HUGEPAGE);
#endif
#if defined(MADV_POPULATE_WRITE)
  if (bytes >= LEAST_POPULATED) {
    uintptr_t first = (uintptr_t)block & ~(SMALL_PAGE - 1);
    madvise((void *)first, (uintptr_t)block + bytes - first, MADV_POPULATE_WRITE);
  }
#endif
  return block;
}

void tap_free_zeroed(void *memory) { free(((void **)memory)[-1]); }

void tap_fault_reset(tap_fault *fault) { __atomic_store_n(&fault->code, 0, __ATOMIC_RELEASE); }

int32_t tap_fault_code(const tap_fault *fault) { return __atomic_load_n(&fault->code, __ATOMIC_ACQUIRE); }
