/* Preloaded into Wine's programs: a socket that is told to send over one interface (IP_UNICAST_IF) does so for TCP
   too, as on Windows. Linux heeds that option, which Wine hands on, for datagrams alone. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int setsockopt(int sock, int level, int option, const void *value, socklen_t size) {
    static int (*real)(int, int, int, const void *, socklen_t);
    if (!real) real = (int (*)(int, int, int, const void *, socklen_t))dlsym(RTLD_NEXT, "setsockopt");
    if (((level == IPPROTO_IP && option == IP_UNICAST_IF) ||
         (level == IPPROTO_IPV6 && option == IPV6_UNICAST_IF)) && size >= sizeof(uint32_t)) {
        uint32_t index;
        char name[IF_NAMESIZE] = "";
        memcpy(&index, value, sizeof index);
        /* Windows has the index of IPv6 in its own byte order. */
        if (index && !if_indextoname(ntohl(index), name) && !if_indextoname(index, name)) return -1;
        return real(sock, SOL_SOCKET, SO_BINDTODEVICE, name, sizeof name);
    }
    return real(sock, level, option, value, size);
}
