#define FOXML_LANES_ISA Avx512
#define FOXML_UPDATE_RINGS update_rings_avx512
#include "features/update_rings.inc"
