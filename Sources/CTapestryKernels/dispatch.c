#include "tapestry_kernels.h"
