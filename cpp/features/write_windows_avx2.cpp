#define FOXML_LANES_ISA Avx2
#define FOXML_WRITE_WINDOWS write_windows_avx2
#include "features/write_windows.inc"
