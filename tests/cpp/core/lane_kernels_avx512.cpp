#define FOXML_TEST_ISA Avx512Test
#define FOXML_TEST_KERNELS kAvx512Kernels
#include "lane_kernels.inc"
