#define FOXML_LANES_ISA Avx512
#define FOXML_WRITE_ROWS write_rows_avx512
#include "features/write_rows.inc"
