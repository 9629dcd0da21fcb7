#define FOXML_TEST_ISA Avx2Test
#define FOXML_TEST_KERNELS kAvx2Kernels
#include "lane_kernels.inc"
