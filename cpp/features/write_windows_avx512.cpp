#define FOXML_LANES_ISA Avx512
#define FOXML_WRITE_WINDOWS write_windows_avx512
#include "features/write_windows.inc"
