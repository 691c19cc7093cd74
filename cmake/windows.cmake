# What is built for Windows: reading a vehicle (obd-reader), the worker of J2534 libraries, and the
# simulated ones. The window needs Qt and the station needs libraries that Debian has not for mingw.
# Boost's headers are those of the system; a folder of their own keeps the rest of it out.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/boost)
file(CREATE_LINK /usr/include/boost ${PROJECT_BINARY_DIR}/boost/boost SYMBOLIC)
add_library(Boost::headers INTERFACE IMPORTED GLOBAL)
target_include_directories(Boost::headers SYSTEM INTERFACE ${PROJECT_BINARY_DIR}/boost)
add_compile_definitions(_WIN32_WINNT=0x0A00 WIN32_LEAN_AND_MEAN NOMINMAX UNICODE)
link_libraries(-static)
