// What the bodies of all levels include; it must be seen before any function attribute is pushed.
#ifndef TAPESTRY_LEVEL_PREFIX_H
#define TAPESTRY_LEVEL_PREFIX_H

#include "geometry.h"

#include <math.h>

// A loop marked as vectorisable may fail to be under a sanitizer or coverage; that is no error.
#pragma clang diagnostic ignored "-Wpass-failed"

#endif
