#define FOXML_LANES_ISA Avx2
#define FOXML_WRITE_ROWS write_rows_avx2
#include "features/write_rows.inc"
