# Writes the version header when the revision has changed: cmake -DROOT=… -DVERSION=… -DOUT=… -P.
execute_process(COMMAND git -C ${ROOT} describe --always --dirty --abbrev=10
    OUTPUT_VARIABLE OBD_REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
    set(OBD_REVISION unknown)
endif()
set(PROJECT_VERSION ${VERSION})
configure_file(${ROOT}/station/inspection/version.hpp.in ${OUT} @ONLY)
