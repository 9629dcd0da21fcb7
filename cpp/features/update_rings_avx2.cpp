#define FOXML_LANES_ISA Avx2
#define FOXML_UPDATE_RINGS update_rings_avx2
#include "features/update_rings.inc"
